// Cameras on their way to a model of their own.

import { byId, el, reconcile, renderWhenChanged } from '../dom.js';
import { duration, figure, humanise } from '../words.js';

const steps = ['needs_snapshots', 'ready_for_training', 'training_in_progress', 'trained'];
const stepWords = { needs_snapshots: 'Snapshots', ready_for_training: 'Ready', training_in_progress: 'Training', trained: 'Trained' };

export function showCameras(cameras) {
  reconcile(byId('camera-list'), cameras, (c) => c.id, () => {
    const node = el('li', { class: 'card' });
    return { node, update: (camera) => renderWhenChanged(node, camera, cardOf) };
  });
  const empty = byId('cameras-empty');
  empty.hidden = cameras.length > 0;
  renderWhenChanged(empty, 'none', () => [
    el('p', {}, el('strong', {}, 'No cameras yet.')),
    el(
      'p', {}, 'An edge reports its cameras as soon as it connects. Enrol one on the node: ',
      el('code', {}, 'edge add NAME --out bundle.txt'), '.'),
  ]);
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
  ];
}

function trainingOf(training) {
  if (!training || training.epochs === 0) {
    return [el('p', {}, 'Training begins.'), el('progress', { 'aria-label': 'Training begins' })];
  }

  const words = `Training: epoch ${training.epoch} of ${training.epochs}`;
  const left = training.seconds_left === null ? '' : `, about ${duration(training.seconds_left)} left`;
  const loss = training.loss === null ? '' : `Loss ${figure(training.loss)}`;
  const error = training.validation_error === null ? '' : `validation error ${figure(training.validation_error)}`;
  return [
    el('p', {}, words + left),
    el('progress', { max: training.epochs, value: training.epoch, 'aria-label': words }),
    el('p', { class: 'fine' }, [loss, error].filter(Boolean).join(', ')),
  ];
}
