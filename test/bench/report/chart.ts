import { CASES } from '../cases.js';
import type { CurveLine } from './curves.js';
import type { Report } from './report.js';

const WIDTH = 860;
const HEIGHT = 420;
const COLORS = {
  ours: '#2563eb',
  other: '#94a3b8',
  ink: '#1e293b',
  soft: '#64748b',
  line: '#e2e8f0',
  second: '#d97706',
  third: '#059669',
};

/** The systems that are compared with each other at 64 connections. */
const BARS = [
  { label: 'echo', name: CASES.echo64, color: COLORS.other },
  { label: 'wallet', name: CASES.wallet64, color: COLORS.ours },
  { label: 'wallet, large ledger', name: CASES.large64, color: COLORS.ours },
  { label: 'wallet, fsync + 5 ms', name: CASES.slow64, color: COLORS.ours },
  { label: 'PostgreSQL by hand', name: CASES.postgres64, color: COLORS.other },
] as const;

/** Throughput side by side, and what becomes of it under overload, as SVG. */
export function drawChart(report: Report): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="${COLORS.ink}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    bars(report),
    overload(report),
    '</svg>\n',
  ].join('\n');
}

function bars({ lines }: Report): string {
  const found = BARS.flatMap(({ label, name, color }) => {
    const measured = lines.find((one) => one.name === name);
    return measured ? [{ ...measured, label, color }] : [];
  });
  const most = Math.max(1, ...found.map(({ range }) => range[1]));
  const [left, top, width, step] = [150, 70, 190, 52];
  const parts = found.map(({ label, color, perSecond, range }, index) => {
    const y = top + index * step;
    const length = Math.max(1, (width * perSecond) / most);
    const [lowest, highest] = range.map((value) => left + (width * value) / most);
    return [
      text(left - 10, y + 18, label, 'end'),
      `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="28" rx="3" fill="${color}"/>`,
      line(lowest, y + 14, highest, y + 14, COLORS.ink),
      text((highest ?? 0) + 6, y + 18, whole(perSecond)),
    ].join('\n');
  });
  return [title(20, 'Callbacks per second, 64 connections'), ...parts].join('\n');
}

/** Load and goodput in parts of the maximum. */
function overload({ curves }: Report): string {
  if (!curves) return '';
  const [left, top, width, height] = [480, 70, 350, 260];
  const all = [...curves.connections, ...curves.calls, ...curves.grpc];
  const loadMax = Math.max(...curves.calls.map(({ load }) => load));
  const goodMax = Math.max(1.2, ...all.map(({ ofMaximumRange }) => ofMaximumRange[1]));
  const x = (load: number) => left + (width * load) / loadMax;
  const y = (good: number) => top + height - (height * good) / goodMax;
  const grid = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]
    .filter((part) => part <= goodMax)
    .map(
      (part) =>
        line(left, y(part), left + width, y(part), COLORS.line) +
        text(left - 8, y(part) + 4, `${100 * part} %`, 'end', COLORS.soft),
    );
  const ticks = [0, ...curves.calls.map(({ load }) => load)].map((load) =>
    text(x(load), top + height + 18, String(load), 'middle', COLORS.soft),
  );
  // A closed loop has no rate: its axis is connections, doubling from one point to the next.
  const connections = curves.connections.map(({ load }) => load);
  const [fewest, most] = [Math.min(...connections), Math.max(...connections)];
  const doublings = (load: number) => (loadMax * Math.log2(load / fewest)) / Math.log2(most / fewest);
  const drawn = [
    { points: curves.calls, color: COLORS.ours, at: x, says: 'calls per second, in parts of the maximum (open loop)' },
    { points: curves.grpc, color: COLORS.third, at: x, says: 'the same of movements, wallet-core alone over gRPC' },
    {
      ...{ points: curves.connections, color: COLORS.second, at: (load: number) => x(doublings(load)) },
      says: `${fewest} to ${most} connections, doubling (closed loop)`,
    },
  ];
  return [
    title(left - 40, 'Good answers under overload, of the maximum'),
    ...grid,
    ...ticks,
    ...drawn.flatMap(({ points, color, at, says }, index) => [
      curve(points, at, y, color),
      text(left, top + height + 36 + 18 * index, says, 'start', color),
    ]),
  ].join('\n');
}

/** Through the medians; a bar at each goes from the lowest time to the highest. */
function curve(
  points: readonly CurveLine[],
  x: (load: number) => number,
  y: (good: number) => number,
  color: string,
): string {
  const path = points.map(({ load, ofMaximum }) => `${x(load).toFixed(1)},${y(ofMaximum).toFixed(1)}`);
  const dots = points.map(({ load, ofMaximum, ofMaximumRange: [lowest, highest] }) => {
    const dot = `<circle cx="${x(load).toFixed(1)}" cy="${y(ofMaximum).toFixed(1)}" r="3.5" fill="${color}"/>`;
    return line(x(load), y(lowest), x(load), y(highest), color) + dot;
  });
  return [`<polyline points="${path.join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>`, ...dots].join('\n');
}

function line(x1 = 0, y1 = 0, x2 = 0, y2 = 0, color: string): string {
  const ends = Object.entries({ x1, y1, x2, y2 }).map(([name, value]) => `${name}="${value.toFixed(1)}"`);
  return `<line ${ends.join(' ')} stroke="${color}"/>`;
}

function title(x: number, content: string): string {
  return `<text x="${x}" y="36" font-size="15" font-weight="bold">${content}</text>`;
}

function text(x: number, y: number, content: string, anchor = 'start', color: string = COLORS.ink): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${color}">${content}</text>`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}
