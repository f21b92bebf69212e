/** Icons as SVG paths, 24 by 24. */
export const ICONS = {
  cloud:
    'M7 18.5h10.5a4 4 0 0 0 .6-7.95A6 6 0 0 0 6.6 9.1 4.75 4.75 0 0 0 7 18.5M12 21v-8.5M8.8 15.2 12 12l3.2 3.2',
  file: 'M6 3.5h7.5L18 8v12.5H6zM13.5 3.5V8H18',
  zip: 'M3.5 6.5v12h17V8.5H12l-2-2zM14 8.5v2M16 10.5v2M14 12.5v2',
  tick: 'M4.5 12.5l5 5 10-11',
  cross: 'M6 6l12 12M18 6 6 18',
  warn: 'M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.4',
  info: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17M12 11v5M12 7.8v.4',
} as const;

export type IconName = keyof typeof ICONS;
