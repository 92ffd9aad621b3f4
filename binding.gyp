# The build is defined in CMakeLists.txt; this file only hands over to it, so that node-gyp-build and prebuildify work.
{
  "targets": [
    {
      "target_name": "clebsch",
      "type": "none",
      "actions": [
        {
          "action_name": "cmake_js",
          "inputs": ["CMakeLists.txt"],
          "outputs": ["<(module_root_dir)/build/.always"],
          "action": ["<!(node -p process.execPath)", "<(module_root_dir)/scripts/build.js", "--config", "$(BUILDTYPE)"],
          "message": "cmake-js builds the add-on"
        }
      ]
    }
  ]
}
