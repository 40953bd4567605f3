import { expect } from 'chai';
import { Capacity } from '../capacity.js';

describe('the capacity of a server', () => {
  it('is all there for a burst', () => {
    const capacity = new Capacity(1_000, 100);
    expect(capacity.isReached(100)).to.equal(false);
    expect(capacity.isReached(999)).to.equal(false);
    expect(capacity.isReached(1_000)).to.equal(true);
  });

  it('is less once it was not enough, and all again when nothing had to be refused for a second', async () => {
    const capacity = new Capacity(1_000, 100);
    capacity.refused();
    expect(capacity.isReached(99)).to.equal(false);
    expect(capacity.isReached(100)).to.equal(true);

    while (capacity.isOverloaded) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(capacity.isReached(999)).to.equal(false);
  });
});
