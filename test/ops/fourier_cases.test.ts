import { testCases } from '../support/case_tests.js';
import { fourierSums } from '../support/cases.js';

testCases(fourierSums);
