// The certified provider with one account that signs in by itself: the tests play the relying party and the browser.
// One client per signing algorithm and per way of authenticating. Prints its issuer once it listens.
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import Provider from 'oidc-provider'

const REDIRECT = process.argv[2]
const SECRET = process.argv[3]

const key = (kid, type, options) => ({ ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), kid, use: 'sig' })
const client = (name, more) => ({
  client_id: name,
  client_secret: SECRET,
  redirect_uris: [REDIRECT],
  response_types: ['code'],
  grant_types: ['authorization_code'],
  ...more
})

const server = createServer()
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
const issuer = `http://127.0.0.1:${server.address().port}`

const provider = new Provider(issuer, {
  clients: [
    ...['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'].map(alg => client(alg, { id_token_signed_response_alg: alg })),
    client('post', { token_endpoint_auth_method: 'client_secret_post' }),
    client('HS256', { id_token_signed_response_alg: 'HS256' })
  ],
  jwks: { keys: [key('rsa', 'rsa', { modulusLength: 2048 }), key('ec', 'ec', { namedCurve: 'P-256' }), key('ed', 'ed25519')] },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519', 'HS256'] },
  clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
  cookies: { keys: [randomUUID()] },
  pkce: { required: () => true },
  claims: { openid: ['sub'], profile: ['name', 'employee_number', 'preferred_username'] },
  conformIdTokenClaims: true, // profile claims only at userinfo, as the specification has it
  features: { devInteractions: { enabled: false }, resourceIndicators: { enabled: false } },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (ctx, sub) => ({
    accountId: sub,
    claims: () => ({ sub, name: '林晓峰', employee_number: 'DL10268', preferred_username: 'DL10268' })
  }),
  loadExistingGrant: async ctx => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId })
    grant.addOIDCScope('openid profile')
    await grant.save()
    return grant
  },
  ttl: { AccessToken: 300, AuthorizationCode: 60, Grant: 300, IdToken: 300, Interaction: 300, Session: 300 }
})

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next()
  const { params } = await provider.interactionDetails(ctx.req, ctx.res)
  const result = params.login_hint === 'decline' ? { error: 'access_denied' } : { login: { accountId: 'w-268' } }
  ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result))
})
server.on('request', provider.callback())
process.on('SIGTERM', () => process.exit(0))
console.log(`ready: ${issuer}`)
