// Markup that cannot be broken by what is put into it: every text is escaped, only markup goes in as it is.

export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Content = string | number | Markup | null | readonly (Markup | null)[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template of markup: html`<p title="${name}">${text}</p>`. Attributes must stand in double quotes. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(parts.reduce((text, part, i) => text + written(contents[i - 1] ?? null) + part));
}

function written(content: Content): string {
  if (content === null) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'object') return content.map(written).join('');
  return String(content).replace(/[&<>"']/g, (character) => entities[character]!);
}

interface PageHead {
  readonly title: string;
  readonly style: string;
  /** Whether pictures are written into it. */
  readonly pictures?: boolean;
}

/** The text of a page in one file. Nothing in it is loaded from elsewhere, and the page itself forbids it. */
export function offlinePage({ title, style, pictures = false }: PageHead, body: Markup): string {
  const policy = `default-src 'none'; ${pictures ? 'img-src data:; ' : ''}style-src 'unsafe-inline'`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
${body}</body>
</html>
`;
  return page.text;
}
