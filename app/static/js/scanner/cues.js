// Sound and vibration of each verdict, so that nobody has to look. Phones keep the sound until the first
// tap: `unlock` belongs into it.
const green = [[880, 90]];
const wait3 = [[440, 120], [440, 120], [440, 120]];
const wait2 = [[440, 120], [440, 120]];
const stop = [[220, 350]];
export const sounds = {
  admitted: green, re_entry: green, override: green,
  already_admitted: [[660, 90], [660, 90]], exited: [[660, 60]],
  not_open: wait3, capacity: wait3,
  unverified: wait2, waitlisted: wait2, over: wait2,
  unknown: stop, revoked: stop,
  wrong_fair: [[330, 160], [220, 260]],
  cannot_record: [[180, 700]],
  // A stand's: read, now choose; saved.
  choose: [[660, 40]], saved: [[880, 60], [1100, 60]],
};
const three = [80, 80, 80, 80, 80];
export const buzzes = {
  admitted: 60, re_entry: 60, override: 60,
  already_admitted: [60, 80, 60], exited: 40,
  not_open: three, capacity: three,
  unverified: [80, 60, 80], waitlisted: [80, 60, 80], over: [80, 60, 80],
  unknown: 300, revoked: 300,
  wrong_fair: [160, 80, 300],
  cannot_record: [400, 120, 400],
  choose: 30, saved: [40, 40, 40],
};
const pause = 0.06;
let audio = null;

export function unlock() {
  try {
    audio ??= new AudioContext();
    audio.resume();
  } catch {
    audio = null;
  }
}

export function cue(key) {
  navigator.vibrate?.(buzzes[key] ?? 0);
  if (!audio) return;
  let at = audio.currentTime;
  for (const [hertz, ms] of sounds[key] ?? []) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = hertz;
    volume.gain.value = 0.5;
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    at += ms / 1000;
    tone.stop(at);
    at += pause;
  }
}

document.addEventListener('pointerdown', unlock, { once: true });
document.addEventListener('keydown', unlock, { once: true });
