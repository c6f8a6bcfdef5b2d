// Cameras on their way to a model of their own.

import { announce, byId, el, reconcile, renderWhenChanged, setAttribute, svg } from '../dom.js';
import { duration, figure, humanise } from '../words.js';

const steps = ['needs_snapshots', 'ready_for_training', 'training_in_progress', 'trained'];
const stepWords = { needs_snapshots: 'Snapshots', ready_for_training: 'Ready', training_in_progress: 'Training', trained: 'Trained' };

/** @param {(jobId: string) => Promise<void>} cancelTraining */
export function showCameras(cameras, cancelTraining) {
  reconcile(byId('camera-list'), cameras, (c) => c.id, () => rowOf(cancelTraining));
  const empty = byId('cameras-empty');
  empty.hidden = cameras.length > 0;
  renderWhenChanged(empty, 'none', () => [
    el('p', {}, el('strong', {}, 'No cameras yet.')),
    el(
      'p', {}, 'An edge reports its cameras as soon as it connects. Enrol one on the node: ',
      el('code', {}, 'edge add NAME --out bundle.txt'), '.'),
  ]);
}

/** What the card says is rebuilt with every epoch; its button stays, and with it the focus. */
function rowOf(cancelTraining) {
  let training = null;
  const said = el('div', {});
  const error = el('p', { class: 'error', role: 'alert' });
  const button = el('button', { type: 'button', class: 'quiet', hidden: true }, 'Cancel training');
  button.addEventListener('click', async () => {
    button.disabled = true;
    error.textContent = '';
    try {
      await cancelTraining(training.job_id);
      announce('The training is cancelled.');
    } catch (problem) {
      error.textContent = `It was not cancelled: ${problem.message}`;
    } finally {
      button.disabled = false;
    }
  });
  const node = el('li', { class: 'card' }, said, button, error);
  const update = (camera) => {
    training = camera.training;
    renderWhenChanged(said, camera, cardOf);
    button.hidden = training?.state !== 'queued' && training?.state !== 'running';
    setAttribute(button, 'aria-label', `Cancel training of ${camera.name || camera.id}`);
  };
  return { node, update };
}

function cardOf(camera) {
  const state = camera.enabled ? humanise(camera.status || 'enabled') : 'Disabled';
  return [
    el(
      'div', { class: 'card-head' },
      el('h3', {}, camera.name || camera.id),
      el('span', { class: 'state', 'data-state': camera.enabled ? 'on' : 'off' }, state)),
    el('p', { class: 'fine' }, [camera.id, camera.type, camera.edge_id].filter(Boolean).join(' · ')),
    stepsOf(camera),
    ...readinessOf(camera),
  ];
}

function stepsOf(camera) {
  const at = steps.indexOf(camera.readiness);
  const progressOf = (i) => {
    if (i < at || camera.readiness === 'trained') {
      return 'done';
    }

    return i === at ? 'now' : 'later';
  };
  return el('ol', { class: 'steps', 'aria-label': 'Progress' }, ...steps.map((step, i) => el(
    'li', { 'data-step': progressOf(i), 'aria-current': i === at ? 'step' : null }, stepWords[step])));
}

function readinessOf(camera) {
  const parts = camera.training?.state === 'failed'
    ? [el('p', { class: 'error' }, `The last training failed: ${camera.training.error || 'no reason was given'}.`)]
    : [];
  switch (camera.readiness) {
    case 'needs_snapshots':
      return [...parts, ...snapshotsOf(camera)];
    case 'ready_for_training':
      return [...parts, el('p', {}, camera.training?.state === 'queued'
        ? 'Training is queued and begins shortly.'
        : 'Enough snapshots are here. Training begins shortly.')];
    case 'training_in_progress':
      return [...parts, ...trainingOf(camera.training)];
    case 'trained':
      return [...parts, el('p', {}, 'Works with model ', el('code', {}, camera.active_model_id ?? '–'), '.')];
    default:
      return [...parts, el('p', {}, humanise(camera.readiness))];
  }
}

function snapshotsOf(camera) {
  const have = camera.snapshots?.normal ?? 0;
  const need = camera.required_snapshots;
  const others = Object.entries(camera.snapshots ?? {})
    .filter(([label]) => label !== 'normal')
    .map(([label, n]) => `${n} ${label}`);
  const words = `Needs snapshots: ${have} of ${need} labelled normal`;
  return [
    el('p', {}, words, others.length > 0 ? el('span', { class: 'fine' }, ` (and ${others.join(', ')})`) : null),
    el('progress', { max: Math.max(1, need), value: Math.min(have, need), 'aria-label': words }),
    el('p', { class: 'fine' }, 'Label normal snapshots at the edge; it uploads them by itself.'),
    ...coverageOf(camera.coverage),
  ];
}

function coverageOf(coverage) {
  if (!coverage || coverage.hours.every((n) => n === 0)) {
    return [];
  }

  const bands = ['black', 'dark', 'medium', 'bright', 'white'];
  return [
    el(
      'div', { class: 'coverage' },
      bars('By hour of day', coverage.hours, (hour) => `${String(hour).padStart(2, '0')}:00`, ['00', '24']),
      bars('By brightness', coverage.brightness, (band) => bands[band], ['dark', 'bright'])),
    el('ul', { class: 'missing' }, ...coverage.missing.map((sentence) => el('li', {}, sentence))),
  ];
}

/** A small bar chart; what it shows is also its label, for who does not see it. */
function bars(title, counts, nameOf, [first, last]) {
  const most = Math.max(1, ...counts);
  const some = counts.map((n, i) => n > 0 ? `${nameOf(i)} ${n}` : null).filter(Boolean);
  const columns = counts.map((n, i) => svg(
    'rect', { x: i * 10 + 1, y: 30 - 30 * n / most, width: 8, height: Math.max(1, 30 * n / most), class: n === 0 ? 'none' : null },
    svg('title', {}, `${nameOf(i)}: ${n}`)));
  return el(
    'figure', {},
    el('figcaption', {}, title),
    svg(
      'svg', { viewBox: `0 0 ${counts.length * 10} 31`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `${title}: ${some.join(', ')}` }, ...columns),
    el('p', { class: 'scale', 'aria-hidden': 'true' }, el('span', {}, first), el('span', {}, last)));
}

function trainingOf(training) {
  if (!training || training.epochs === 0) {
    return [el('p', {}, 'Training begins.'), el('progress', { 'aria-label': 'Training begins' })];
  }

  const words = `Training: epoch ${training.epoch} of ${training.epochs}`;
  const left = training.seconds_left === null ? '' : `, about ${duration(training.seconds_left)} left`;
  const loss = training.loss === null ? '' : `Loss ${figure(training.loss)}`;
  const error = training.validation_error === null ? '' : `validation error ${figure(training.validation_error)}`;
  const rate = typeof training.learning_rate === 'number' && training.learning_rate > 0 ? `learning rate ${figure(training.learning_rate)}` : '';
  return [
    el('p', {}, words + left),
    el('progress', { max: training.epochs, value: training.epoch, 'aria-label': words }),
    el('p', { class: 'fine' }, [loss, error, rate].filter(Boolean).join(', ')),
  ];
}
