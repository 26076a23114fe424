// Makes every TCP server of a Node program listen on 127.0.0.1, at once, as listen(port) does.
const net = require('node:net');
const listen = net.Server.prototype.listen;

function portOf(first) {
    if (first === undefined || first === null || typeof first === 'function') return 0;
    if (typeof first === 'object') return first.path || 'fd' in first ? NaN : Number(first.port);
    return Number(first);
}

net.Server.prototype.listen = function (...args) {
    const port = portOf(args[0]);
    if (Number.isNaN(port)) return listen.apply(this, args);
    const callback = args.find((argument) => typeof argument === 'function');
    if (callback) this.once('listening', callback);
    this._listen2('127.0.0.1', port, 4, 511);
    return this;
};
