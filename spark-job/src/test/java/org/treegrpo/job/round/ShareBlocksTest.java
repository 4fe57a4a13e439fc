package org.treegrpo.job.round;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ShareBlocksTest {

  @Property
  void blocksCoverAllSharesEvenly(
      @ForAll @IntRange(min = 1, max = 300) int shares,
      @ForAll @IntRange(min = 1, max = 64) int slots) {
    ShareBlocks blocks = ShareBlocks.of(shares, slots);
    int next = 0;
    for (int block = 0; block < blocks.blocks(); block++) {
      assertThat(blocks.from(block)).as("contiguous").isEqualTo(next);
      next = blocks.to(block);
      assertThat(next - blocks.from(block))
          .as("even")
          .isBetween(shares / blocks.blocks(), shares / blocks.blocks() + 1);
    }
    assertThat(next).isEqualTo(shares);
  }
}
