# Only delegates to the CMake build, so that node-gyp, `npm rebuild` and electron-rebuild work. CMake gets a folder of its
# own, since gyp owns build/.
{
  'targets': [
    {
      'target_name': 'native',
      'type': 'none',
      'actions': [
        {
          'action_name': 'cmake',
          'inputs': ['CMakeLists.txt'],
          'outputs': ['<(PRODUCT_DIR)/torch_node.node'],
          'action': ['node', 'scripts/build.mjs', '--out', 'build/cmake', '--library-dir', '<(PRODUCT_DIR)'],
        },
      ],
    },
  ],
}
