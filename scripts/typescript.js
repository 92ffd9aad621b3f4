'use strict';
// Loaded by `node --require`, lets Node run the TypeScript sources where they lie, as jest does: measurements see lib/ itself and
// can use the tests' helpers, no second build has to be kept up to date. Types are checked by `npm run lint`.
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const cache = path.join(root, '.cache', 'typescript'); // by content, so that the compiler is not loaded a second time

function transpile(file, source) {
  const ts = require('typescript');
  const { compilerOptions } = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile).config;
  const options = { ...compilerOptions, module: 'CommonJS', moduleResolution: 'Bundler', inlineSourceMap: true, sourceMap: false };
  const { options: parsed } = ts.convertCompilerOptionsFromJson(options, root);
  return ts.transpileModule(source, { compilerOptions: parsed, fileName: file }).outputText;
}

function compiled(file) {
  const source = fs.readFileSync(file, 'utf8');
  const key = createHash('sha256').update(file).update('\0').update(source).digest('hex');
  const product = path.join(cache, `${key}.js`);
  if (fs.existsSync(product)) return fs.readFileSync(product, 'utf8');
  const code = transpile(file, source);
  fs.mkdirSync(cache, { recursive: true });
  const temporary = `${product}.${process.pid}`;
  fs.writeFileSync(temporary, code);
  fs.renameSync(temporary, product);
  return code;
}

const resolveFilename = Module._resolveFilename;
// Sources import './x.js', which is what the package's files will be called.
Module._resolveFilename = function (request, parent, ...rest) {
  const source = parent?.filename?.endsWith('.ts') && request.startsWith('.') && request.endsWith('.js');
  const file = source ? path.resolve(path.dirname(parent.filename), `${request.slice(0, -3)}.ts`) : '';
  return source && fs.existsSync(file) ? file : resolveFilename.call(this, request, parent, ...rest);
};
Module._extensions['.ts'] = (module, file) => module._compile(compiled(file), file);
process.setSourceMapsEnabled(true);
