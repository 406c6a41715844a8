import { wordsWizardStep, type WizardStep } from '../../api/generated';
import { IconCheck } from '../../parts/icons';
import classes from './StepList.module.css';

const names: Record<WizardStep, string> = {
  start: 'Start',
  validate: 'Validate',
  domains: 'External Domains',
  review: 'Finish',
};

export function StepList({ now }: { now: WizardStep }) {
  const place = wordsWizardStep.indexOf(now);
  return (
    <ol className={classes.steps} aria-label="Steps">
      {wordsWizardStep.map((step, at) => (
        <li key={step} aria-current={step === now ? 'step' : undefined} className={classes.step}>
          <span className={classes.number} aria-hidden>
            {at < place ? <IconCheck size={16} stroke={2.6} /> : at + 1}
          </span>
          <span className={classes.name}>{names[step]}</span>
          {at < place && <span className="hidden-text"> (done)</span>}
        </li>
      ))}
    </ol>
  );
}
