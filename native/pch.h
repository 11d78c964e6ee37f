// Precompiled for every file of torch_node. Only what most files need anyway: the compiler maps the
// whole precompiled header for each file, so with torch/nn/module.h or ATen/ATen.h in it a build
// takes longer than without one.
#include <ATen/core/Tensor.h>
#include <napi.h>
