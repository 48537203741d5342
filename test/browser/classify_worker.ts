// A module worker that classifies convoke's own picture with a network that starts from the seed.
import { registry, samplePicture } from '../../src/index.ts';

const model = await registry.load('resnet18', { size: 32, seed: 7 });
postMessage(await model.classify(samplePicture(), { top: 3 }));
model.dispose();
