// The limit of the HTTP side: Koa with the same router, which parses the same JSON and answers in the same shape.
import { createServer } from 'node:http';
import { Router } from '@koa/router';
import Koa from 'koa';
import getRawBody from 'raw-body';
import { HTTP_LIMITS } from '../../../gateway/http-server.js';
import { serve } from './serve.js';

interface Callback {
  readonly username: string;
  readonly money?: number;
  readonly event: string;
  readonly seqNo: string;
}

const router = new Router();
for (const path of ['/increaseCredit', '/syncCredit']) {
  router.post(path, async (ctx) => {
    const text = await getRawBody(ctx.req, { length: ctx.request.length ?? null, limit: 2 ** 20, encoding: 'utf8' });
    const { username, money = 0, event, seqNo } = JSON.parse(text) as Callback;
    ctx.type = 'application/json';
    const status = 200;
    ctx.body = JSON.stringify({ username, money, moneyBefore: 0, status, timestamp: Date.now(), event, seqNo });
  });
}
const app = new Koa();
app.use(router.routes());
const handle = app.callback();
// As the gateway: in an open loop a connection may rest for longer than Node lets it.
const options = { keepAliveTimeout: HTTP_LIMITS.idleMs };
serve(createServer(options, (request, response) => void handle(request, response)));
