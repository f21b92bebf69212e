'use strict';
// Leads connections for Zenodo's names to a mock, because Node's own clients ignore proxies.
const net = require('node:net');

const names = new Set((process.env.MOCK_ZENODO_HOSTS ?? '').split(',').filter((name) => name !== ''));
const ports = JSON.parse(process.env.MOCK_ZENODO_PORTS || '{}');
const { connect } = net.Socket.prototype;

function lead(options) {
  if (typeof options !== 'object' || options === null || options.path) return options;
  const name = String(options.host ?? '').replace(/\.$/, '').toLowerCase();
  if (!names.has(name)) return options;
  const [host, port] = ports[options.port] ?? ['127.0.0.1', options.port];
  return { ...options, host, port: Number(port) };
}

// All connections go through here, TLS included. The name for TLS is determined before.
net.Socket.prototype.connect = function (first, ...rest) {
  if (Array.isArray(first)) {
    // The form that Node.js uses internally.
    first[0] = lead(first[0]);
    return connect.call(this, first, ...rest);
  }
  if (typeof first === 'object') return connect.call(this, lead(first), ...rest);
  const [host, ...more] = rest;
  if (typeof host !== 'string') return connect.call(this, first, ...rest);
  const { host: there, port } = lead({ host, port: first });
  return connect.call(this, port, there, ...more);
};
