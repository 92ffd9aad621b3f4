#!/usr/bin/env node
'use strict';
// Checks on the objects of the Release build that wider instructions stay where the dispatch guards them:
// 1. the kernels compiled per instruction set define no global or weak symbol but the launchers, the table and the steps that kernels
//    call of each other, all in namespaces of their own (the linker could keep an AVX-512 copy of an inline function for everybody);
// 2. no other object of the add-on or the emulated device contains AVX instructions.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const objects = path.join(root, '.cache', 'cmake', 'Release', 'CMakeFiles');

const output = (command, ...args) => execFileSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 30 });

function objectFiles(target) {
  return fs
    .readdirSync(path.join(objects, `${target}.dir`), { recursive: true })
    .filter((name) => name.endsWith('.o'))
    .map((name) => path.join(objects, `${target}.dir`, name));
}

/** Launchers of the list in native/kernels/abi.h and the steps that kernels share, which some headers declare. */
function sharedFunctions() {
  const header = (name) => fs.readFileSync(path.join(root, 'native', 'kernels', name), 'utf8');
  const launchers = header('abi.h').matchAll(/^ {2}X\((\w+), \w+\)/gm);
  const steps = ['wave_runs.h', 'harmonic_blocks.h', 'fft_stages.h'].flatMap((name) => [
    ...header(name).matchAll(/^(?:const char\*|bool|void) (\w+)\(.*;$/gm),
  ]);
  return [...launchers, ...steps].map(([, name]) => name);
}

function foreignSymbols(isa) {
  const allowed = new RegExp(`^clebsch::(${isa}::(${sharedFunctions().join('|')})\\(.*\\)|cpu_kernels_${isa}\\(\\))$`);
  return objectFiles(`clebsch_cpu_${isa}`).flatMap((file) =>
    output('nm', '--defined-only', '--extern-only', '--demangle', file)
      .split('\n')
      .map((line) => line.replace(/^[0-9a-f]* *\S /, ''))
      .filter((symbol) => symbol !== '' && !allowed.test(symbol))
      .map((symbol) => `${path.basename(file)} of ${isa} defines ${symbol}`),
  );
}

function wideInstructions(target) {
  return objectFiles(target).flatMap((file) => {
    // every AVX instruction is spelled v... and names an xmm, ymm or zmm register
    const [first] = /^.*\tv[a-z0-9]+ .*%[xyz]mm.*$/m.exec(output('objdump', '-d', '--no-show-raw-insn', file)) ?? [];
    return first === undefined ? [] : [`${path.basename(file)} of ${target} contains${first.replace(/\s+/g, ' ')}`];
  });
}

if (wideInstructions('clebsch_cpu_avx2').length === 0) throw new Error('check_isa: finds no AVX where there must be some');
const narrow = ['clebsch_cpu_base', 'clebsch_core', 'clebsch', 'clebsch_emulated'];
const faults = [...['base', 'avx2', 'avx512'].flatMap(foreignSymbols), ...narrow.flatMap(wideInstructions)];
for (const fault of faults) console.error(`check_isa: ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;
