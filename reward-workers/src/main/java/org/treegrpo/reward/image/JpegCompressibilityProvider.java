package org.treegrpo.reward.image;

import java.util.List;
import java.util.Set;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardProvider;

/** Type {@code jpeg-compressibility}: minus the size in kB as a JPEG of quality 95; no options. */
public final class JpegCompressibilityProvider implements RewardProvider {

  @Override
  public String type() {
    return "jpeg-compressibility";
  }

  @Override
  public List<String> problems(RewardDefinition definition) {
    return definition.unknownOptions(Set.of());
  }

  @Override
  public Reward create(RewardDefinition definition) {
    return new JpegReward(definition.name(), JpegReward.Direction.SMALLER);
  }
}
