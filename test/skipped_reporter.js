'use strict';
// Jest counts skipped tests, but of many files it says no more: their titles, which give the reason, on lines of their own.
module.exports = class {
  constructor({ testNamePattern }) {
    this.selects = Boolean(testNamePattern); // then all others are skipped
  }

  onRunComplete(_contexts, { testResults }) {
    if (this.selects) return;
    const skipped = testResults.flatMap((file) => file.testResults.filter(({ status }) => status === 'pending'));
    for (const { fullName } of skipped) process.stderr.write(`skipped: ${fullName}\n`);
  }
};
