#include "nn/layers/container.h"

namespace node_libtorch {

at::Tensor SequentialImpl::forward(at::Tensor input) {
  // A copy: the forward of a TypeScript module may change this one.
  for (const ModulePtr& child : children_of(*this).values()) input = run_module(child, {input});
  return input;
}

void SequentialImpl::push_back(ModulePtr child) {
  set_child(*this, std::to_string(children_of(*this).size()), std::move(child));
}

namespace {

const Register<SequentialImpl> sequential({
    .name = "Sequential",
    .inputs = 1,
    .create = [](const OptionReader&) -> ModulePtr { return std::make_shared<SequentialImpl>(); },
    .forward = forward_one<SequentialImpl>,
    .describe = describe_nothing,
    .rebind = rebind<SequentialImpl>,
});

}  // namespace
}  // namespace node_libtorch
