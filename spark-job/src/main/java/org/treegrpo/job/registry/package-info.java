/** Versions of a policy's weights for those who serve it, and which of them is promoted. */
package org.treegrpo.job.registry;
