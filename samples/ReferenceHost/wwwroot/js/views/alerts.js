// Alerts that nobody has acknowledged yet.

import { announce, byId, el, reconcile, renderWhenChanged, setAttribute, setText } from '../dom.js';
import { ago, anomalyWords, fullTime, humanise } from '../words.js';

export class Alerts {
  #api;
  #cameraName;
  #alerts = [];

  /** Acknowledged here, while an older answer that still lists them may be on its way. */
  #done = new Set();

  constructor(api, cameraName) {
    this.#api = api;
    this.#cameraName = cameraName;
  }

  show(alerts) {
    this.#alerts = alerts.filter((a) => !this.#done.has(a.id));
    const count = byId('alert-count');
    count.hidden = this.#alerts.length === 0;
    setText(count, String(this.#alerts.length));
    this.#render();
  }

  #render() {
    const now = Date.now();
    const items = this.#alerts.map((alert) => ({ alert, raised: ago(alert.raised_at, now) }));
    reconcile(byId('alert-list'), items, (i) => i.alert.id, (i) => this.#row(i.alert));
    const empty = byId('alerts-empty');
    empty.hidden = this.#alerts.length > 0;
    renderWhenChanged(empty, 'none', () => [
      el('p', {}, el('strong', {}, 'No open alerts.')),
      el('p', {}, 'Events of a severity worth a look appear here until someone acknowledges them. All events stay under “Events”.'),
    ]);
  }

  #row({ id }) {
    const severity = el('span', { class: 'severity' });
    const title = el('a', {});
    const summary = el('p', {});
    const facts = el('p', { class: 'fine' });
    const error = el('p', { class: 'error', role: 'alert' });
    const acknowledge = () => this.#acknowledge(id, button, error);
    const button = el('button', { type: 'button', class: 'quiet', onclick: acknowledge }, 'Acknowledge');
    const body = el('div', { class: 'alert-body' }, el('h3', {}, title), summary, facts, error);
    const node = el('li', { class: 'alert' }, severity, body, button);
    const update = ({ alert, raised }) => {
      node.dataset.severity = alert.severity;
      severity.dataset.severity = alert.severity;
      setText(severity, humanise(alert.severity));
      setText(title, anomalyWords(alert.anomaly_type));
      title.href = `#/events/${alert.event_id}`;
      setText(summary, alert.summary);
      setText(facts, `${this.#cameraName(alert.camera_id)} · ${raised}`);
      facts.title = fullTime(alert.raised_at);
      const which = [anomalyWords(alert.anomaly_type), this.#cameraName(alert.camera_id), raised].join(', ');
      setAttribute(button, 'aria-label', `Acknowledge: ${which}`);
    };
    return { node, update };
  }

  async #acknowledge(id, button, error) {
    button.disabled = true;
    error.textContent = '';
    try {
      await this.#api.acknowledge(id);
      const at = this.#alerts.findIndex((a) => a.id === id);
      this.#done.add(id);
      this.show(this.#alerts);
      announce('The alert is acknowledged.');
      const buttons = byId('alert-list').querySelectorAll('button');
      (buttons[Math.min(at, buttons.length - 1)] ?? byId('alerts-title')).focus();
    } catch (problem) {
      button.disabled = false;
      error.textContent = `It was not acknowledged: ${problem.message}`;
    }
  }
}
