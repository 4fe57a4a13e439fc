/** The shape of trees: pure data, without latents, noise or networks. */
package org.treegrpo.core.topology;
