/**
 * KEYS  1 timers
 * ARGV  1 how many to pass over  2 how many at most
 *
 * Reply  {ms until the next one or -1, id, id, …}: the timers that are due by Redis's clock, earliest first. They are
 * never popped: the commit that accepts one removes it (R13).
 */
export const dueScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = redis.call('ZRANGE', KEYS[1], '-inf', now, 'BYSCORE', 'LIMIT', ARGV[1], ARGV[2])
local nearest = redis.call('ZRANGE', KEYS[1], '(' .. now, '+inf', 'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES')
local wait = -1
if nearest[2] then wait = tonumber(nearest[2]) - now end
return {wait, unpack(due)}
`;
