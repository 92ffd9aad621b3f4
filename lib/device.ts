import { native } from './native.js';

export type Device = 'cpu' | 'cuda' | `cuda:${number}`;
/** What options take: `auto` is CLEBSCH_DEVICE, else the first GPU that works, else the CPU. */
export type DeviceOption = Device | 'auto';

const names = ['cpu', 'emulated'];
const defaultDevice = process.env['CLEBSCH_DEVICE'] || 'cpu';

/** Native code of a device; left out, that of CLEBSCH_DEVICE or the CPU. Throws ERR_DEVICE with the reason where it cannot be used. */
export function deviceCode(device?: DeviceOption): number {
  return native.deviceCode(device ?? defaultDevice);
}

export function deviceName(code: number): Device {
  return (names[code] ??= `cuda:${code - 2}`) as Device;
}
