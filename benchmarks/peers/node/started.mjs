// What every peer here is started with: a JSON object as its one argument (peers/node.py).

export const { database, practitioner, port, page, statements } = JSON.parse(process.argv[2])
