const UNITS = [
  { letter: 'd', seconds: 86_400 },
  { letter: 'h', seconds: 3_600 },
  { letter: 'm', seconds: 60 },
  { letter: 's', seconds: 1 },
];

/** How long ago an ISO time was, in its largest unit: `3m`. */
export function age(at: string, now = Date.now()): string {
  const seconds = Math.max(Math.round((now - Date.parse(at)) / 1000), 0);
  if (Number.isNaN(seconds)) return at;
  const unit = UNITS.find((candidate) => seconds >= candidate.seconds) ?? { letter: 's', seconds: 1 };
  return `${Math.floor(seconds / unit.seconds)}${unit.letter}`;
}
