"""Why names of PyTorch have another name here, or none: the reasons that docs/coverage.md prints.

A name is written as in Python. `NS:name` limits an entry to one namespace, where the same name means
two things.
"""

from __future__ import annotations

# PyTorch's name -> where its job is done here, for names that are not simply camelCase.
ELSEWHERE = {
    "Tensor:data_ptr": "isSetTo, isSame",
    "Tensor:grad_fn": "gradFnName",
    "Tensor:is_shared": "share",
    "Tensor:name": "gradFnName",
    "Tensor:new": "newEmpty, newTensor",
    "Tensor:numpy": "toTypedArray",
    "Tensor:share_memory_": "share",
    "Tensor:tolist": "toArray",
    "torch:device": "a string, 'cuda:0'",
    "torch:dtype": "a string, 'float32'",
    "torch:layout": "a string, 'sparse_coo'",
    "torch:memory_format": "a string, 'channels_last'",
    "torch:Size": "a readonly array of numbers",
    "torch:Tensor": "Tensor",
    "torch:OutOfMemoryError": "OutOfMemoryError",
    "torch:default_generator": "defaultGenerator",
    "torch:from_numpy": "fromTypedArray",
    "torch:frombuffer": "fromBuffer",
    "torch:load": "load",
    "torch:save": "save",
    "torch:random": "manualSeed, getRngState, …",
    "torch:nn": "nn",
    "torch:optim": "optim",
    "torch:autograd": "autograd",
    "torch:is_anomaly_check_nan_enabled": "autograd.detectAnomaly",
    "torch:is_anomaly_enabled": "autograd.detectAnomaly",
    "torch:set_anomaly_enabled": "autograd.detectAnomaly",
    "torch:set_grad_enabled": "noGrad, enableGrad",
    "torch:set_printoptions": "setPrintOptions",
    "torch:GradScaler": "amp.gradScaler",
    "torch:hub": "models and datasets of node-libtorch/vision",
    "torch:multiprocessing": "share, fromShared",
    "torch:serialization": "load, save",
    "linalg:LinAlgError": "LinAlgError",
}

# Names that a user may miss, each group with the reason for its absence: the gaps.
GAPS: tuple[tuple[str, str], ...] = (
    ("functional transforms other than vmap are not bound", "torch:func"),
    (
        "streams and events of devices are not bound yet",
        "torch:Stream torch:Event Tensor:record_stream torch:accelerator torch:get_device_module",
    ),
    ("gradients have their tensor's dtype", "Tensor:grad_dtype"),
    ("nested tensors, a prototype of PyTorch, are not bound", "torch:nested Tensor:is_nested"),
)

# Names that have no place here, each group with its reason.
ABSENT: tuple[tuple[str, str], ...] = (
    (
        "autocast belongs to a function: `torch.autocast(…, fn)`",
        "torch:autocast_decrement_nesting torch:autocast_increment_nesting torch:set_autocast_*",
    ),
    (
        "PyTorch has removed it: the function only throws",
        "torch:eig torch:lstsq torch:matrix_rank torch:solve torch:symeig Tensor:eig Tensor:lstsq"
        " Tensor:solve Tensor:symeig Tensor:reinforce Tensor:volatile",
    ),
    (
        "about the inside of autograd's graph",
        "Tensor:output_nr",
    ),
    (
        "deprecated by PyTorch in favour of names that exist",
        "Tensor:resize Tensor:resize_as torch:set_default_tensor_type torch:dsmm torch:hsmm"
        " torch:spmm torch:saddmm torch:*Tensor functional:assert_int_or_pair"
        " torch:get_autocast_*_dtype torch:is_autocast_*pu_enabled torch:is_autocast_xla_enabled",
    ),
    (
        "an address or an object for memory, with which JavaScript can do nothing that is safe",
        "Tensor:const_data_ptr Tensor:storage Tensor:storage_type Tensor:untyped_storage"
        " torch:*Storage torch:StorageBase torch:is_storage torch:storage",
    ),
    ("DLPack is Python's way between libraries", "torch:from_dlpack torch:to_dlpack torch:utils"),
    (
        "subclasses of Tensor, and the loading of modules into them, are Python's",
        "Tensor:as_subclass Tensor:module_load torch:overrides torch:DisableTorchFunction*"
        " functional:handle_torch_function functional:has_torch_function*",
    ),
    (
        "devices that the supported builds of libtorch do not have; `to(device)` takes any",
        "Tensor:ipu Tensor:mtia Tensor:xpu Tensor:is_ipu Tensor:is_maia Tensor:is_mtia"
        " Tensor:is_vulkan Tensor:is_xla torch:mps torch:mtia torch:xpu torch:cpu",
    ),
    (
        "quantization in eager mode, which PyTorch has deprecated, is reached through torch.ops",
        "Tensor:qscheme torch:qscheme torch:per_channel_* torch:per_tensor_* torch:quantized_gru"
        " torch:quantized_lstm torch:ao torch:quantization",
    ),
    (
        "for TorchScript, tracing and torch.compile, which need Python",
        "torch:compile torch:compiler torch:cond torch:while_loop torch:sym_* torch:Sym* torch:jit"
        " torch:fx torch:export torch:library torch:import_ir_module* torch:parse_* torch:fork"
        " torch:wait torch:merge_type_from_type_comment torch:unify_type_list torch:futures"
        " torch:package torch:classes torch:fsdp torch:PRIVATE_OPS torch:cpp"
        " torch:thread_safe_generator functional:boolean_dispatch functional:BroadcastingList*",
    ),
    (
        "namespaces of their own, not functions of tensors",
        "torch:backends torch:cuda torch:distributed torch:distributions torch:functional"
        " torch:masked torch:monitor torch:profiler torch:quasirandom torch:return_types"
        " torch:signal torch:testing torch:types torch:version torch:torch_version"
        " torch:numa torch:headeronly functional:grad torch:contrib",
    ),
    (
        "about Python's own build, warnings or objects",
        "torch:compiled_with_cxx11_abi torch:init_num_threads torch:typename torch:classproperty"
        " torch:get_file_path torch:prepare_multiprocessing_environment torch:has_*"
        " torch:profiler_allow_cudagraph_cupti_lazy_reinit_cuda12 torch:is_warn_always_enabled"
        " torch:set_warn_always torch:USE_* torch:TYPE_CHECKING torch:AVG torch:SUM torch:bit"
        " torch:legacy_contiguous_format functional:*_MODES functional:*_notes"
        " functional:TYPE_CHECKING functional:DType functional:Optional functional:Callable"
        " functional:ScalingType functional:SwizzleType linalg:common_notes fft:*common_args"
        " special:common_args special:multi_dim_common",
    ),
)
