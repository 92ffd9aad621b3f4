# node-gyp asks for a folder of Node headers before it does anything, and downloads them where it has none.
# binding.gyp compiles nothing itself (cmake-js does, with node-api-headers), so an empty file is enough.
{}
