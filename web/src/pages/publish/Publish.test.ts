import { expect, test } from 'vitest';

import { importPosture } from '../../api/generated';
import { lookText } from './Publish';

const posture = (good: boolean, ...states: string[]) =>
  importPosture({
    domain: 'corp.example',
    good,
    dnssec: '',
    items: states.map((state) => ({
      kind: 'mta-sts-record',
      title: `a ${state} one`,
      name: '_mta-sts.corp.example',
      type: 'TXT',
      value: 'v=STSv1; id=1;',
      state,
      found: [],
      why: 'So.',
    })),
  });

test('a look is told in one sentence: what is right or may be left out is not in it', () => {
  expect(lookText(posture(true, 'right', 'optional'))).toBe(
    'Looked up: corp.example publishes all that is needed.',
  );
  expect(lookText(posture(false, 'right', 'differs', 'optional', 'unknown'))).toBe(
    'Looked up: 2 records of corp.example to look at: a differs one, a unknown one.',
  );
  expect(lookText(posture(false, 'missing'))).toBe(
    'Looked up: 1 record of corp.example to look at: a missing one.',
  );
});
