// Models on their way to edges.

import { announce, byId, el, reconcile, renderWhenChanged } from '../dom.js';
import { ago, figure, fullTime, humanise } from '../words.js';
import { showEmpty } from './tables.js';

const PhaseWords = {
  canary: 'First edges', everyone: 'All edges', comparing: 'Comparing', rolling_back: 'Rolling back', completed: 'Completed', rolled_back: 'Rolled back',
};

/** How the style sheet draws each phase. */
const PhaseHealth = { completed: 'healthy', rolling_back: 'degraded', rolled_back: 'unhealthy' };

export class Rollouts {
  #api;
  #changed;

  /** @param changed Called when the node has taken an order, to show at once what came of it. */
  constructor(api, changed) {
    this.#api = api;
    this.#changed = changed;
  }

  show(rollouts) {
    const now = Date.now();
    const items = rollouts.map((r) => ({ ...r, since: ago(r.phase_since, now) }));
    reconcile(byId('rollout-rows'), items, (r) => r.id, () => {
      const node = el('tr', {});
      return { node, update: (r) => renderWhenChanged(node, r, (rollout) => this.#cellsOf(rollout)) };
    });
    showEmpty('rollouts', rollouts, 'No rollouts yet.', 'A trained model goes to its camera by itself; “rollout start MODEL” brings any other one to edges.');
  }

  #cellsOf(r) {
    const error = el('p', { class: 'error', role: 'alert' });
    return [
      el('th', { scope: 'row' }, el('span', {}, r.name), el('span', { class: 'fine code' }, r.id)),
      el(
        'td', { class: 'health' },
        el('span', { class: 'state', 'data-health': r.paused ? 'degraded' : PhaseHealth[r.phase] ?? null }, r.paused ? 'Held' : PhaseWords[r.phase] ?? humanise(r.phase)),
        r.reason ? el('span', { class: 'fine' }, r.reason) : null),
      el('td', {}, countsOf(r)),
      el('td', {}, ...figuresOf(r.arms)),
      el('td', { title: fullTime(r.phase_since) }, r.since),
      el('td', {}, r.actor),
      el('td', {}, ...this.#ordersOf(r, error), error),
    ];
  }

  #ordersOf(r, error) {
    if (['completed', 'rolled_back', 'rolling_back'].includes(r.phase)) {
      return [];
    }

    const order = (words, act) => {
      const button = el('button', { type: 'button', class: 'quiet', 'aria-label': `${words}: ${r.name}`, onclick: () => this.#order(act, button, error) }, words);
      return button;
    };
    return [
      r.paused ? order('Resume', () => this.#api.resumeRollout(r.id)) : order('Hold', () => this.#api.pauseRollout(r.id)),
      order('Roll back', () => this.#api.rollBack(r.id)),
      ...(r.phase === 'comparing' ? ['A', 'B'].map((arm) => order(`Choose ${arm}`, () => this.#api.concludeRollout(r.id, arm))) : []),
    ];
  }

  async #order(act, button, error) {
    button.disabled = true;
    error.textContent = '';
    try {
      await act();
      announce('The rollout is changed.');
      this.#changed();
    } catch (problem) {
      error.textContent = `It was not done: ${problem.message}`;
    } finally {
      button.disabled = false;
    }
  }
}

const countsOf = (r) => Object.entries(r.counts).map(([state, count]) => `${count} ${humanise(state).toLowerCase()}`).join(', ') || '–';

/** What each side of a comparison measured; of any other rollout there is one side, which has no name. */
function figuresOf(arms) {
  const sides = Object.entries(arms).filter(([, f]) => f.frames > 0);
  return sides.length === 0 ? ['–'] : sides.map(([arm, f]) => el(
    'span', { class: 'fine' },
    `${sides.length > 1 ? `${arm}: ` : ''}${figure(100 * f.alarm_rate)} % of ${f.frames} frames alarmed, ${figure(f.milliseconds_per_frame)} ms each`));
}
