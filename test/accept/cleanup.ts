// The helpers of test/package remove their folders by jest's hook; here the end of the process does.
Object.assign(globalThis, { afterAll: (remove: () => void) => process.once('exit', remove) });
