// The list of events: newest first, filtered, refreshed in place.

import { announce, byId, el, reconcile, renderWhenChanged, setAttribute, setText } from '../dom.js';
import { anomalyWords, clockTime, dayOf, figure, fullTime, severityOf, severityWords, stageWords, strongestReason } from '../words.js';

const PageSize = 50;

/** Older pages are kept up to here; the tab stays small, and filters find what lies further back. */
const MaxEvents = 1000;

export class Timeline {
  #api;
  #events = [];
  #olderCursor = null;
  #cameraNames = new Map();
  #selected = null;
  #generation = 0;

  constructor(api, onFilter) {
    this.#api = api;
    for (const id of ['filter-camera', 'filter-severity']) {
      byId(id).addEventListener('change', () => {
        this.reset();
        onFilter();
      });
    }

    byId('filters').addEventListener('submit', (event) => event.preventDefault());
    byId('more-events').addEventListener('click', () => this.#loadOlder());
    byId('event-list').addEventListener('keydown', (event) => moveFocus(event));
  }

  get #filter() {
    return { camera: byId('filter-camera').value, severity: byId('filter-severity').value };
  }

  reset() {
    this.#events = [];
    this.#olderCursor = null;
    this.#generation++;
  }

  clear() {
    this.reset();
    this.#render();
  }

  select(id) {
    this.#selected = id;
    this.#render();
  }

  /** Puts the focus back on an event, where the list was away while the event was shown. */
  focus(id) {
    byId('event-list').querySelector(`a[data-id="${id}"]`)?.focus();
  }

  showCameras(cameras) {
    this.#cameraNames = new Map(cameras.map((c) => [c.id, c.name || c.id]));
    const select = byId('filter-camera');
    const wanted = select.value;
    renderWhenChanged(select, [...this.#cameraNames], (names) => [
      el('option', { value: '' }, 'All cameras'),
      ...names.map(([id, name]) => el('option', { value: id }, name)),
    ]);
    select.value = this.#cameraNames.has(wanted) ? wanted : '';
  }

  cameraName(id) {
    return this.#cameraNames.get(id) ?? id;
  }

  async refresh(signal) {
    const generation = this.#generation;
    const page = await this.#api.events({ ...this.#filter, limit: PageSize }, signal);
    if (generation !== this.#generation) {
      return;
    }

    this.#merge(page);
    this.#render();
    this.#showEmpty();
  }

  /**
   * Puts the newest page in front of what was loaded before. Where the two do not touch, events between them are unknown and
   * the old ones go.
   */
  #merge(page) {
    const fresh = new Set(page.events.map((e) => e.id));
    const touches = this.#events.some((e) => fresh.has(e.id));
    if (!touches || page.next_cursor === null) {
      this.#events = page.events;
      this.#olderCursor = page.next_cursor;
      return;
    }

    const last = page.events.at(-1);
    const older = this.#events.filter((e) => !fresh.has(e.id) && isOlder(e, last));
    this.#events = [...page.events, ...older].slice(0, MaxEvents);
    if (older.length === 0) {
      this.#olderCursor = page.next_cursor;
    }
  }

  async #loadOlder() {
    const button = byId('more-events');
    const generation = this.#generation;
    button.disabled = true;
    try {
      const page = await this.#api.events({ ...this.#filter, cursor: this.#olderCursor, limit: PageSize });
      if (generation === this.#generation) {
        const known = new Set(this.#events.map((e) => e.id));
        this.#events = [...this.#events, ...page.events.filter((e) => !known.has(e.id))];
        this.#olderCursor = page.next_cursor;
        this.#render();
        announce(`${page.events.length} older events are shown.`);
      }
    } catch (error) {
      announce(error.message);
    } finally {
      button.disabled = false;
    }
  }

  #render() {
    let day = null;
    const now = new Date();
    const items = this.#events.map((event) => {
      const eventDay = dayOf(event.occurred_at, now);
      const heading = eventDay === day ? null : eventDay;
      day = eventDay;
      return { event, heading };
    });
    const focusable = this.#events.some((e) => e.id === this.#selected) ? this.#selected : this.#events[0]?.id;
    reconcile(byId('event-list'), items, (item) => item.event.id, () => this.#row());
    for (const link of byId('event-list').querySelectorAll('a')) {
      setAttribute(link, 'aria-current', link.dataset.id === this.#selected ? 'true' : null);
      setAttribute(link, 'tabindex', link.dataset.id === focusable ? '0' : '-1');
    }

    byId('more-events').hidden = this.#olderCursor === null || this.#events.length >= MaxEvents;
  }

  #row() {
    const day = el('span', { class: 'day' });
    const severity = el('span', { class: 'severity' });
    const title = el('span', { class: 'event-title' });
    const score = el('span', { class: 'score' });
    const time = el('time', {});
    const camera = el('span', { class: 'event-camera' });
    const reason = el('span', { class: 'event-reason' });
    const link = el(
      'a', { class: 'event' },
      el('span', { class: 'event-line' }, severity, title, score),
      el('span', { class: 'event-line fine' }, camera, time),
      reason);
    const update = ({ event, heading }) => {
      const level = severityOf(event);
      setText(day, heading ?? '');
      day.hidden = heading === null;
      setAttribute(link, 'href', `#/events/${event.id}`);
      link.dataset.id = event.id;
      link.dataset.severity = level;
      severity.dataset.severity = level;
      setText(severity, severityWords(level));
      setText(title, event.verdict ? anomalyWords(event.verdict.anomaly_type) : stageWords(event.stage));
      setText(score, event.verdict ? figure(Math.round(event.verdict.score)) : '');
      setAttribute(score, 'aria-label', event.verdict ? `score ${Math.round(event.verdict.score)} of 100` : null);
      setText(camera, this.cameraName(event.camera_id));
      setAttribute(time, 'datetime', event.occurred_at);
      setAttribute(time, 'title', fullTime(event.occurred_at));
      setText(time, clockTime(event.occurred_at));
      setText(reason, strongestReason(event.verdict)?.text ?? 'The node has not judged it yet.');
    };
    return { node: el('li', {}, day, link), update };
  }

  #showEmpty() {
    const box = byId('events-empty');
    box.hidden = this.#events.length > 0;
    const filtered = Object.values(this.#filter).some((v) => v !== '');
    renderWhenChanged(box, filtered, () => filtered
      ? [el('p', {}, el('strong', {}, 'No event matches these filters.')), el('p', {}, 'Choose another camera, or a lower severity.')]
      : [
        el('p', {}, el('strong', {}, 'No events yet.')),
        el(
          'p', {}, 'They appear here when a camera sees something that is not normal for it. ',
          'Under “Cameras” you see how far each one has learned.'),
      ]);
  }
}

function isOlder(event, than) {
  const a = Date.parse(event.occurred_at);
  const b = Date.parse(than.occurred_at);
  return a < b || (a === b && event.id < than.id);
}

/** One tab stop for the list; arrows move inside it. */
function moveFocus(event) {
  const links = [...event.currentTarget.querySelectorAll('a')];
  const at = links.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
  if (at >= 0 && to !== undefined && links[to] !== undefined) {
    event.preventDefault();
    links[to].focus();
  }
}
