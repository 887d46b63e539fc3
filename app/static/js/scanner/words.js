// What a light says, in the language chosen on this phone. The sentences come with the page in both
// languages (app/checkins/views/app_words.py); here they get their times and names.

const dayMinutes = 24 * 60;

/** `sheets` {lang: {key: text}}. */
export function makeWords(lang, sheets) {
  const sheet = sheets[lang];
  const isEnglish = lang === 'en';

  function say(key, values = {}) {
    return (sheet[key] ?? key).replace(/%\((\w+)\)s/g, (_, name) => String(values[name] ?? ''));
  }

  const number = (value) => value.toLocaleString('en');
  const title = (fair) => (isEnglish ? fair.title_en || fair.title_zh : fair.title_zh || fair.title_en);

  function time(at, zone) {
    return new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' }).format(at);
  }

  function seconds(at, zone) {
    return new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'medium' }).format(at);
  }

  function day(at, zone) {
    return isEnglish
      ? new Intl.DateTimeFormat('en-GB', { timeZone: zone, day: 'numeric', month: 'short' }).format(at)
      : new Intl.DateTimeFormat('zh-CN', { timeZone: zone, month: 'long', day: 'numeric' }).format(at);
  }

  /** A time today, or day and time. */
  function when(at, zone, now) {
    return day(at, zone) === day(now, zone) ? time(at, zone) : `${day(at, zone)} ${time(at, zone)}`;
  }

  /** How long something has waited, in the largest whole unit. */
  function age(ms) {
    const minutes = Math.max(1, Math.floor(ms / 60_000));
    if (minutes < 60) return say('minutes', { num: minutes });
    const hours = Math.floor(minutes / 60);
    return hours < 48 ? say('hours', { num: hours }) : say('days', { num: Math.floor(hours / 24) });
  }

  function opening(fair, now) {
    if (fair.status === 'cancelled') return say('cancelled');
    if (fair.status === 'postponed') return say('postponed');
    const at = Date.parse(fair.opens_at);
    const left = Math.ceil((at - now) / 60_000);
    const words = { time: when(at, fair.time_zone, now), num: left };
    return left > 0 && left < dayMinutes ? say('opens_in', words) : say('opens_at', words);
  }

  function firstEntry({ first }, zone, now) {
    if (!first) return '';
    const at = when(Date.parse(first.at), zone, now);
    return first.gate ? say('came_gate', { time: at, gate: first.gate }) : say('came', { time: at });
  }

  function revoked({ since, cancelled }, zone) {
    if (!since) return '';
    const at = Date.parse(since);
    return say(cancelled ? 'registration_cancelled' : 'replaced', { time: `${day(at, zone)} ${time(at, zone)}` });
  }

  function why(light, { fair, gate, now }) {
    const zone = fair.time_zone;
    switch (light.code) {
      case 'admitted': case 're_entry': case 'override': case 'exited':
        return Number.isInteger(light.number) ? say('number_gate', { number: number(light.number), gate }) : gate;
      case 'already_admitted': return firstEntry(light, zone, now);
      case 'not_open': return opening(fair, now);
      case 'over': return say('ended', { time: when(Date.parse(fair.ends_at), zone, now) });
      case 'capacity': return Number.isInteger(light.inside)
        ? say('inside_permitted', { inside: number(light.inside), permitted: number(light.permitted ?? 0) }) : '';
      case 'unknown': return say('not_ours');
      case 'unverified': return say(light.kind === 'short' ? 'typed_offline' : 'not_in_roster');
      case 'revoked': return revoked(light, zone);
      case 'wrong_fair': return light.other_fair ? say('other_fair', {
        fair: title(light.other_fair), date: day(Date.parse(light.other_fair.starts_at), light.other_fair.time_zone),
      }) : '';
      case 'cannot_record': return say(light.why ?? 'no_room');
      default: return '';
    }
  }

  function todo({ code, cancelled }) {
    if (code === 'revoked' && cancelled) return say('todo_register');
    return sheet[`todo_${code}`] ?? '';
  }

  function strip({ code, unverified, unsent }) {
    const parts = [];
    if (unverified && ['admitted', 're_entry', 'override'].includes(code)) parts.push(say('phone_unconfirmed'));
    if (unsent) parts.push(say('kept_here', { number: number(unsent) }));
    return parts.join(' · ');
  }

  return {
    lang, say, title, time, seconds, age, number,
    level: (level) => sheet[`level_${level}`] ?? level ?? '',
    /** {who, sub, why, todo, strip} of a light. */
    describe(light, place) {
      return {
        who: light.name ?? '',
        sub: [light.school, sheet[`level_${light.level}`] ?? light.level].filter(Boolean).join(' '),
        why: why(light, place),
        todo: todo(light),
        strip: strip(light),
      };
    },
  };
}
