import { pixelPicture, sideBySide } from '../../lib/report/picture.js';
import { encodePng } from '../../lib/report/png.js';
import { thrownBy } from '../files/thrown.js';
import { decodePng } from './decode_png.js';

const ink = { height: 1, width: 2, colormap: 'ink', range: [0, 255] } as const;
const pixel = ({ data, width }: { data: Uint8Array; width: number }, x: number, y: number): number[] => [
  ...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4),
];

test('values as squares: ink is black on white', () => {
  const picture = decodePng(encodePng(pixelPicture([0, 255], { ...ink, scale: 3 })));
  expect([picture.width, picture.height]).toEqual([6, 3]);
  expect([pixel(picture, 2, 2), pixel(picture, 3, 0)]).toEqual([
    [255, 255, 255, 255],
    [0, 0, 0, 255],
  ]);
  expect(thrownBy(() => pixelPicture([1, 2, 3], ink))).toMatchObject({ code: 'ERR_SHAPE' });
});

test('pictures side by side, the lower one in the middle, between them nothing', () => {
  const high = pixelPicture([0, 255, 255], { ...ink, height: 3, width: 1 });
  const low = pixelPicture([255], { ...ink, height: 1, width: 1 });
  const both = sideBySide([high, low], 2);
  expect([both.width, both.height]).toEqual([4, 3]);
  expect([pixel(both, 0, 1)[0], pixel(both, 1, 1)[3], pixel(both, 3, 0)[3], pixel(both, 3, 1)]).toEqual([0, 0, 0, [0, 0, 0, 255]]);
  expect(sideBySide([low], 9)).toEqual(low);
});
