import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expected } from '../../errors.js';
import { equivarianceError } from '../../harmonics/equivariance.js';
import { setThreads } from '../../machine.js';
import { loadModel, saveModel } from '../../model_file.js';
import type { Classifier } from '../../models/classifier.js';
import type { SphericalNetwork } from '../../models/spherical_network.js';
import { softmax } from '../../ops/reduce.js';
import { slice } from '../../ops/views.js';
import { formatDuration } from '../../progress.js';
import { random } from '../../random.js';
import { writeReport } from '../../report/html.js';
import { tidy } from '../../scope.js';
import { noGrad } from '../../tape.js';
import { choice, device, flag, text, whole } from '../arguments.js';
import { defineCommand, exit, print } from '../command.js';
import { type Outcome, type Settings, type TestDigits, equivariant, firstDigits, planar, project, runContestant } from '../demo/experiment.js';
import { activationGallery, digitGalleries } from '../demo/pictures.js';
import { type Errors, demoReport, resultTable } from '../demo/report.js';
import { predictElsewhere } from '../demo/second_process.js';
import { alignedColumns } from '../text.js';

const full = { training: 10_000, epochs: 8 } as const;
const quick = { training: 1000, epochs: 2 } as const;

async function testDigits(o: Settings): Promise<TestDigits> {
  random.seed(o.seed);
  const angles = await tidy(() => random.rotations(o.test).data());
  return { ...(await firstDigits('test', o.test)), angles };
}

function networkOf(model: Classifier): SphericalNetwork {
  return model.network as SphericalNetwork;
}

/** Errors of the equivariant network before its read-out, in both precisions. */
async function equivarianceErrors(file: string, o: Settings): Promise<Errors> {
  const error = async (dtype: 'float32' | 'float64'): Promise<Errors['float32']> => {
    const model = await loadModel(file, { dtype, device: o.device });
    const network = networkOf(model.module as Classifier);
    const [tauIn, tauOut] = [network.types[0]!, network.types.at(-1)!];
    const found = await equivarianceError((x) => network.signals(x).at(-1)!, { tauIn, tauOut, dtype, device: o.device });
    model.dispose();
    return found;
  };
  return { float32: await error('float32'), float64: await error('float64') };
}

/** Probabilities of the test digits from the model in memory, computed as `predict` does. */
async function probabilitiesOf(model: Classifier, { images }: TestDigits, o: Settings): Promise<ArrayLike<number>> {
}
