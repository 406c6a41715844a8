// A postern: the small door in the wall, with its keyhole.
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="7" fill="#1f6f9f" />
      <path
        d="M9 26V15a7 7 0 0 1 14 0v11"
        fill="none"
        stroke="#fff"
        strokeWidth="2.6"
        strokeLinecap="round"
      />
      <circle cx="16" cy="16.5" r="2.2" fill="#fff" />
      <path d="M16 17.5v5" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
    </svg>
  );
}
