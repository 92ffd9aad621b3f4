import { sections as cg } from './cg/sections.js';
import { sections as firstNetwork } from './first_network/sections.js';
import type { SectionEntry } from './report.js';
import { sections as spine } from './spine/sections.js';
import { sections as transforms } from './transforms/sections.js';

/** The sections of every issue, in the order in which they run. */
export const issues: Readonly<Record<string, Readonly<Record<string, SectionEntry>>>> = {
  spine,
  'first-network': firstNetwork,
  transforms,
  cg,
};
