// One accent colour, generous shapes, and the pairs of Mantine's defaults that miss WCAG AA mended
// in both schemes. Status colours are variables: --ok, --warn, --bad, --info, each for text and
// icons on the page; --ok-soft and so on for surfaces behind them.
import { createTheme, defaultVariantColorsResolver, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const harbour: MantineColorsTuple = [
  '#eef6fb', '#d9e9f3', '#b2d4e8', '#86bddc', '#62a9d2',
  '#4199c8', '#2c86b8', '#1f6f9f', '#185c85', '#0e4568',
];

// Mantine's greys of the dark scheme, in the tint of the accent.
const night: MantineColorsTuple = [
  '#e6ebf0', '#c3ccd5', '#a9b5c1', '#76838f', '#4a5763',
  '#323c47', '#222a33', '#1a2027', '#151b21', '#12171c',
];

export const theme = createTheme({
  primaryColor: 'harbour',
  colors: { harbour, dark: night },
  primaryShade: { light: 7, dark: 4 },
  // Text on filled surfaces: white in light, near black in dark, where the accent is light.
  variantColorResolver: (input) => {
    const colours = defaultVariantColorsResolver(input);
    return input.variant === 'filled' ? { ...colours, color: 'var(--on-filled)' } : colours;
  },
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "Liberation Mono", monospace',
  headings: { fontWeight: '650' },
  cursorType: 'pointer',
  components: {
    Checkbox: { defaultProps: { iconColor: 'var(--on-filled)' } },
    // Within the page's landmarks, and with items alone inside: what readers expect of a menu.
    Menu: { defaultProps: { withinPortal: false, withInitialFocusPlaceholder: false } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close this notice' } } },
    Tooltip: { defaultProps: { withArrow: true, events: { hover: true, focus: true, touch: true } } },
    Anchor: { defaultProps: { underline: 'always' } },
  },
});

export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff',
    '--page': '#f6f8fa',
    '--on-filled': '#ffffff',
    '--line': '#dde3e9',
    '--field-line': '#7a8794',
    '--mantine-color-disabled': '#e6eaee',
    '--mantine-color-disabled-color': '#5b6773',
    '--mantine-color-text': '#17212b',
    '--mantine-color-dimmed': '#4f5d6b',
    '--mantine-color-placeholder': '#66727e',
    '--mantine-color-error': '#b3261e',
    '--mantine-color-anchor': '#185c85',
    '--mantine-color-harbour-light': '#e3eff7',
    '--mantine-color-harbour-light-hover': '#d3e6f2',
    '--mantine-color-harbour-light-color': '#134f74',
    '--mantine-color-red-filled': '#b3261e',
    '--mantine-color-red-filled-hover': '#971d17',
    '--mantine-color-red-outline': '#b3261e',
    '--mantine-color-red-light': '#fdecea',
    '--mantine-color-red-light-hover': '#fbdcd8',
    '--mantine-color-red-light-color': '#9b1c15',
    '--mantine-color-gray-light-color': '#3b4754',
    '--ok': '#17693a',
    '--ok-soft': '#e4f4ea',
    '--warn': '#854d00',
    '--warn-soft': '#fdf1dc',
    '--bad': '#b3261e',
    '--bad-soft': '#fdecea',
    '--info': '#185c85',
    '--info-soft': '#e3eff7',
    '--quiet': '#4f5d6b',
    '--quiet-soft': '#eef1f4',
  },
  dark: {
    '--mantine-color-body': '#1a2027',
    '--page': '#12171c',
    '--on-filled': '#10161c',
    '--line': '#323c47',
    '--field-line': '#71808d',
    '--mantine-color-disabled': '#28313b',
    '--mantine-color-disabled-color': '#97a3af',
    '--mantine-color-text': '#e6ebf0',
    '--mantine-color-dimmed': '#a9b5c1',
    '--mantine-color-placeholder': '#97a3af',
    '--mantine-color-error': '#ff9d94',
    '--mantine-color-anchor': '#86c2e6',
    '--mantine-color-default': '#222a33',
    '--mantine-color-default-hover': '#2a343f',
    '--mantine-color-default-border': '#5a6875',
    '--mantine-color-harbour-light': '#1d3444',
    '--mantine-color-harbour-light-hover': '#244054',
    '--mantine-color-harbour-light-color': '#a6d3ee',
    '--mantine-color-red-filled': '#ff9d94',
    '--mantine-color-red-filled-hover': '#ffb3ac',
    '--mantine-color-red-outline': '#ff9d94',
    '--mantine-color-red-light': '#43211f',
    '--mantine-color-red-light-hover': '#552a27',
    '--mantine-color-red-light-color': '#ffb3ac',
    '--mantine-color-gray-light-color': '#c3ccd5',
    '--ok': '#74d49b',
    '--ok-soft': '#17332a',
    '--warn': '#f2bd66',
    '--warn-soft': '#3a2e17',
    '--bad': '#ff9d94',
    '--bad-soft': '#43211f',
    '--info': '#86c2e6',
    '--info-soft': '#1d3444',
    '--quiet': '#a9b5c1',
    '--quiet-soft': '#262f38',
  },
});
