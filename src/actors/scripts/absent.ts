/**
 * KEYS  1 record  2 record of its parent (the same as 1 where it has none)
 * ARGV  1 sender  2 the event's number  3 the parent's fence for it, empty where it has none
 *
 * Reply  'there' (deliver it), 'absent' (counted as taken: nobody is there to hear it), 'duplicate', or 'later' (it comes
 * out of turn, or for a child that is still to be born). Numbers between two actors are dense: an event that came before
 * its receiver was started must not hold up those after it.
 */
export const absentScript = `
if redis.call('HEXISTS', KEYS[1], 'status') == 1 then return 'there' end
if ARGV[3] ~= '' and redis.call('HEXISTS', KEYS[2], 'f:' .. ARGV[3]) == 1 then return 'later' end
local field = 'rx:' .. ARGV[1]
local last = tonumber(redis.call('HGET', KEYS[1], field) or '0')
local number = tonumber(ARGV[2])
if number <= last then return 'duplicate' end
if number > last + 1 then return 'later' end
redis.call('HSET', KEYS[1], field, ARGV[2])
return 'absent'
`;
