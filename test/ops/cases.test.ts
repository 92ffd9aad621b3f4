import { testCases } from '../support/case_tests.js';
import { otherCases } from '../support/cases.js';

testCases(otherCases);
