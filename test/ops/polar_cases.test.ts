import { testCases } from '../support/case_tests.js';
import { polarSums } from '../support/cases.js';

testCases(polarSums);
