package org.treegrpo.reward;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** The reward types on the class path of the current thread. */
public final class RewardProviders {

  private RewardProviders() {}

  /** The provider of {@code type}, if there is one. */
  public static Optional<RewardProvider> find(String type) {
    return ServiceLoader.load(RewardProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(provider -> provider.type().equals(type))
        .findFirst();
  }

  /** Every known type, in alphabetical order. */
  public static List<String> types() {
    return ServiceLoader.load(RewardProvider.class).stream()
        .map(provider -> provider.get().type())
        .distinct()
        .sorted()
        .toList();
  }

  /**
   * A new instance, owned by the caller.
   *
   * @throws RewardException when the type is unknown or the model cannot be loaded
   */
  public static Reward create(RewardDefinition definition) throws RewardException {
    return known(definition).create(definition);
  }

  /** Whether the reward judges whole groups; false where its type is unknown. */
  public static boolean scoresGroups(RewardDefinition definition) {
    return find(definition.type()).filter(type -> type.scoresGroups(definition)).isPresent();
  }

  /** Whether an executor calls it before a run; false where its type is unknown. */
  public static boolean isTried(RewardDefinition definition) {
    return find(definition.type()).filter(type -> type.isTried(definition)).isPresent();
  }

  /**
   * Looks at what can be told of a reward without loading its model; see {@link
   * RewardProvider#check}.
   *
   * @param promptIds the prompts that it will be asked about
   * @throws RewardException when the type is unknown or its files lack something
   */
  public static void check(RewardDefinition definition, Collection<String> promptIds)
      throws RewardException {
    known(definition).check(definition, promptIds);
  }

  /**
   * Bytes of one instance's weights; see {@link RewardProvider#weightBytes}.
   *
   * @throws RewardException when the type is unknown or its file cannot be read
   */
  public static long weightBytes(RewardDefinition definition) throws RewardException {
    return known(definition).weightBytes(definition);
  }

  private static RewardProvider known(RewardDefinition definition) throws RewardException {
    return find(definition.type()).orElseThrow(() -> new RewardException(unknownType(definition)));
  }

  private static String unknownType(RewardDefinition definition) {
    return "reward '%s': type '%s' is unknown; known types are %s"
        .formatted(definition.name(), definition.type(), types());
  }
}
