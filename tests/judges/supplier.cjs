// A supplier made of the DCC's own open tools: one JSON object a line in, one out.
//
// It signs, posts, validates and parses with them alone; what doorstep thinks of anything is not known here.
'use strict'

const { createInterface } = require('node:readline')
const { sign } = require('node:crypto')
const { signDuis, validateDuis } = require('@smartdcc/duis-sign-wrap')
const { constructDuis, parseDuis, isSimplifiedDuisResponseBody_ResponseMessage_X: holds } = require('@smartdcc/duis-parser')
const { BoxedKeyStore, KeyUsage } = require('@smartdcc/dccboxed-keystore')
const { loadTemplates } = require('@smartdcc/duis-templates')

const CONTENTS = ['PreCommand', 'LocalCommand', 'GBCSPayload', 'DSPInventory', 'NoBody']
const USAGES = { ds: KeyUsage.digitalSignature, ka: KeyUsage.keyAgreement }

const unsigned = ({ originator, target, counter, cv, reference, variant, body }) =>
  constructDuis('simplified', {
    header: {
      type: 'request',
      requestId: { originatorId: originator, targetId: target, counter: BigInt(counter) },
      commandVariant: cv,
      serviceReference: reference,
      serviceReferenceVariant: variant,
    },
    body,
  })

const parsed = (xml) => {
  const { header, body } = parseDuis('simplified', xml)
  const kind = CONTENTS.find((one) => holds(one, body)) ?? null
  const message = body.ResponseMessage ?? {}
  return {
    code: header.responseCode,
    requestId: header.requestId && { ...header.requestId, counter: String(header.requestId.counter) },
    kind,
    payload: message[kind]?.GBCSPayload ?? message.GBCSPayload ?? null,
    body,
  }
}

// GBCS: ECDSA over all bytes after the first, up to the length of the signature; an empty one may be there.
const gbcsSigned = async ({ payload, eui }) => {
  let message = Buffer.from(payload, 'base64')
  if (message[message.length - 1] === 0 && message.length === fullLength(message) + 1) message = message.subarray(0, -1)
  const store = await BoxedKeyStore.new('127.0.0.1')
  try {
    const keys = await store.query({ eui, keyUsage: KeyUsage.digitalSignature, lookup: 'privateKey' })
    const { privateKey } = keys.find(({ name }) => name === 'Z1-supplier-ds')
    const signature = sign('sha256', message.subarray(1), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    return Buffer.concat([message, Buffer.from([signature.length]), signature]).toString('base64')
  } finally {
    await store.cleanup()
  }
}

// The header has 34 bytes here: 'DF', identifier 09 and counter, two parties, Message Code with its length.
const fullLength = (message) => {
  const start = 34
  return start + 1 + message[start]
}

const DO = {
  sign: async (asked) => ({ xml: await signDuis({ xml: asked.xml ?? unsigned(asked), preserveCounter: true }) }),
  validate: async ({ xml }) => ({ xml: await validateDuis({ xml }) }),
  parse: async ({ xml }) => parsed(xml),
  gbcsSign: async (asked) => ({ payload: await gbcsSigned(asked) }),
  post: async ({ url, xml }) => {
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/xml' }, body: xml })
    const text = await answer.text()
    if (answer.status !== 200) return { status: answer.status }
    return { status: 200, type: answer.headers.get('content-type'), xml: text, ...parsed(await validateDuis({ xml: text })) }
  },
  find: async ({ url, eui, usage, serial }) => {
    const store = await BoxedKeyStore.new(url)
    try {
      const options = serial ? { serial: BigInt(serial) } : { eui, keyUsage: USAGES[usage] }
      const found = await store.query({ ...options, lookup: 'certificate' })
      const all = found === null ? [] : Array.isArray(found) ? found : [found]
      return { certificates: all.map(({ certificate }) => certificate.raw.toString('base64')) }
    } finally {
      await store.cleanup()
    }
  },
  template: async ({ name }) => {
    const templates = await loadTemplates({})
    const found = Object.entries(templates).filter(([key]) => key.includes(name))
    return { names: found.map(([key]) => key), body: found[0]?.[1].simplified.body ?? null }
  },
}

const run = async () => {
  for await (const line of createInterface({ input: process.stdin })) {
    let said
    try {
      const { do: what, ...asked } = JSON.parse(line)
      said = await DO[what](asked)
    } catch (error) {
      said = { error: String(error.message ?? error).slice(0, 500) }
    }
    process.stdout.write(JSON.stringify(said, (_key, value) => (typeof value === 'bigint' ? String(value) : value)) + '\n')
  }
}

run()
