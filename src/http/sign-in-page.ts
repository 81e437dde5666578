import type { Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { UserError } from '../errors.ts';
import type { HttpEnv } from './place.ts';
import type { SignIn } from './sign-in.ts';

/** `GET /signin?code=` for browsers, and `POST /api/signin-codes` on the Unix socket, which mints the codes. */
export function mountSignIn(app: Hono<HttpEnv>, signIn: SignIn): void {
  app.get('/signin', (c) => {
    const session = signIn.redeem(c.req.query('code') ?? '');
    if (session === undefined)
      return c.html(signedOutPage('This link was used already, or is too old.'), 401);
    setCookie(c, signIn.cookieName, session, {
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
      maxAge: signIn.cookieMaxAgeS,
    });
    // A redirect after a click in another site would come without the strict cookie; our own page's refresh brings it.
    return c.html(
      page(
        'Signed in',
        '<p>Signed in. <a href="/">Open specloop</a></p>',
        '<meta http-equiv="refresh" content="0; url=/">',
      ),
    );
  });

  app.post('/api/signin-codes', (c) => {
    const place = c.env?.place;
    if (place?.kind !== 'socket') {
      throw new UserError('sign-in links are made over the Unix socket only', {
        code: 'usage',
        next: 'run specloop open on the host of the worker',
      });
    }
    const { code, expiresAt } = signIn.mintCode();
    return c.json({
      url: `${place.url ?? ''}/signin?code=${code}`,
      expires_at: new Date(expiresAt).toISOString(),
    });
  });
}

/** What a browser sees without a session. */
export function signedOutPage(reason = 'You are not signed in.'): string {
  return page(
    'Not signed in',
    `<p>${reason}</p><p>On the computer where specloop runs, type <code>specloop open</code>: it opens this page for you.</p>`,
  );
}

function page(title: string, body: string, head = ''): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">${head}<title>${title} · specloop</title></head><body><main><h1>${title}</h1>${body}</main></body></html>`;
}
