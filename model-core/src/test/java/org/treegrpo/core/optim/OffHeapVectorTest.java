package org.treegrpo.core.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OffHeapVectorTest {

  @Test
  void rangesAreReadAndWritten() {
    OffHeapVector vector = new OffHeapVector(5);
    vector.set(1, new float[] {9, 1, 2, 9}, 1, 2);
    assertThat(vector.toArray()).as("zeros elsewhere").containsExactly(0, 1, 2, 0, 0);
    float[] target = {7, 7, 7, 7};
    vector.get(1, target, 1, 2);
    assertThat(target).as("only the range").containsExactly(7, 1, 2, 7);
    assertThat(OffHeapVector.of(new float[] {3, -0f}).toArray())
        .as("a copy, to the bit")
        .containsExactly(3, -0f);
  }

  @Test
  void nothingLiesBeyondTheEnd() {
    OffHeapVector vector = new OffHeapVector(2);
    assertThatThrownBy(() -> vector.get(1, new float[2], 0, 2))
        .as("beyond the end")
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  /** More than one buffer can hold. */
  @Test
  void aLongVectorIsOne() {
    OffHeapVector vector = new OffHeapVector(11, 4);
    vector.set(2, new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 0, 8);
    float[] part = new float[6];
    vector.get(3, part, 0, 6);
    assertThat(vector.size()).as("elements").isEqualTo(11);
    assertThat(part).as("across two boundaries").containsExactly(2, 3, 4, 5, 6, 7);
  }
}
