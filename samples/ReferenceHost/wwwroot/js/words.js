// What the API's names and numbers are called on the page.

const AnomalyWords = {
  none: 'Nothing unusual',
  new_object: 'New object',
  unusual_place: 'Unusual place',
  unusual_time: 'Unusual time',
  unusual_count: 'More than usual',
  scene_change: 'The scene changed',
  camera_obscured: 'Camera is obscured',
  unclassified: 'Not classified',
};

const StatusWords = {
  receiving: 'Being received',
  pending: 'Waits for the archive',
  uploading: 'Goes to the archive',
  completed: 'Archived',
  deleting: 'Is being deleted',
  failed: 'Needs somebody',
};

const StageWords = {
  pending: 'Waits for analysis',
  analysed: 'Frames are being sealed',
  released: 'Sealed and archived',
};

const severities = ['none', 'low', 'medium', 'high', 'critical'];

/** Words for a name in snake_case. */
export function humanise(name) {
  const text = String(name ?? '').replaceAll('_', ' ').trim();
  return text === '' ? '–' : text[0].toUpperCase() + text.slice(1);
}

export const anomalyWords = (type) => AnomalyWords[type] ?? humanise(type);
export const statusWords = (status) => StatusWords[status] ?? humanise(status);
export const stageWords = (stage) => StageWords[stage] ?? humanise(stage);

/** A severity that the style sheet knows; "pending" before the verdict. */
export function severityOf(event) {
  const severity = event.verdict?.severity;
  return severity === undefined ? 'pending' : severities.includes(severity) ? severity : 'none';
}

export const severityWords = (severity) => severity === 'pending' ? 'Pending' : humanise(severity);

/** The reason with the most points; where none has any, the first. */
export function strongestReason(verdict) {
  const reasons = verdict?.reasons ?? [];
  return reasons.reduce((best, r) => best === null || Math.abs(r.points) > Math.abs(best.points) ? r : best, null);
}

const timeFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' });

export const clockTime = (iso) => timeFormat.format(new Date(iso));
export const fullTime = (iso) => iso ? fullFormat.format(new Date(iso)) : '–';

/** "Today", "Yesterday", or the day. */
export function dayOf(iso, now = new Date()) {
  const day = new Date(iso);
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (day.toDateString() === now.toDateString()) {
    return 'Today';
  }

  return day.toDateString() === yesterday.toDateString() ? 'Yesterday' : dayFormat.format(day);
}

/** "12 s", "4 min", "3 h", "2 d". */
export function duration(seconds) {
  if (seconds < 90) {
    return `${Math.max(0, Math.round(seconds))} s`;
  }

  if (seconds < 90 * 60) {
    return `${Math.round(seconds / 60)} min`;
  }

  return seconds < 36 * 3600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} d`;
}

export function ago(iso, now = Date.now()) {
  if (!iso) {
    return 'never';
  }

  const seconds = (now - Date.parse(iso)) / 1000;
  return seconds < 5 ? 'just now' : `${duration(seconds)} ago`;
}

export function bytes(count) {
  if (count < 1024) {
    return `${count} B`;
  }

  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let value = count / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }

  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/** A number with about three significant digits. */
export function figure(value) {
  if (value === null || value === undefined) {
    return '–';
  }

  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

/** Points with their sign: "+38", "−6". */
export function points(value) {
  const rounded = figure(Math.abs(Math.round(value * 10) / 10));
  return value < 0 ? `−${rounded}` : `+${rounded}`;
}
