import { type DeviceOption, info } from '../../lib/index.js';

/** The devices to test: the CPU; `emulated` where CLEBSCH_EMULATED is set; a GPU where there is one, or else a failure if CLEBSCH_REQUIRE_GPU=1. */
export function testDevices(): DeviceOption[] {
  const devices: DeviceOption[] = ['cpu'];
  if (process.env['CLEBSCH_EMULATED']) devices.push('emulated' as DeviceOption);
  const { cuda } = info();
  if (cuda.available) devices.push('cuda');
  else if (process.env['CLEBSCH_REQUIRE_GPU'] === '1') throw new Error(`CLEBSCH_REQUIRE_GPU=1, but there is no GPU: ${cuda.reason}`);
  return devices;
}
