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
    return find(definition.type())
        .orElseThrow(() -> new RewardException(unknownType(definition)))
        .create(definition);
  }

  /** Whether the reward judges whole groups; false where its type is unknown. */
  public static boolean scoresGroups(RewardDefinition definition) {
    return find(definition.type()).filter(type -> type.scoresGroups(definition)).isPresent();
  }

  /**
   * Tries, without keeping anything, whether the reward's model loads; see {@link
   * RewardProvider#check}.
   *
   * @param promptIds the prompts that it will be asked about
   * @throws RewardException when the type is unknown or the model cannot be loaded
   */
  public static void check(RewardDefinition definition, Collection<String> promptIds)
      throws RewardException {
    find(definition.type())
        .orElseThrow(() -> new RewardException(unknownType(definition)))
        .check(definition, promptIds);
  }

  private static String unknownType(RewardDefinition definition) {
    return "reward '%s': type '%s' is unknown; known types are %s"
        .formatted(definition.name(), definition.type(), types());
  }
}
