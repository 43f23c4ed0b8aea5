import { describe, expect, it } from '@jest/globals';
import { isOff, isOn } from './switch-words.js';

describe('a switch', () => {
  it.each(['true', 'YES', 'On', ' 1\n'])('is on by %j', (text) => {
    expect([isOn(text), isOff(text)]).toEqual([true, false]);
  });

  it.each(['false', 'NO', 'Off', ' 0\n'])('is off by %j', (text) => {
    expect([isOn(text), isOff(text)]).toEqual([false, true]);
  });

  it.each(['', 'maybe', '00', 'constructor', 'app:*'])('is neither by %j', (text) => {
    expect([isOn(text), isOff(text)]).toEqual([false, false]);
  });
});
