"""Invoices, as somebody wrote them years ago. Deliberately bad: see README.md."""

import os
import sqlite3

import requests
import yaml
from flask import Flask, render_template, request

app = Flask(__name__)
DATABASE = os.environ.get("DATABASE", "invoices.db")


def query(sql):
    connection = sqlite3.connect(DATABASE)
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS invoice (id INTEGER PRIMARY KEY, customer TEXT, amount REAL)")
        rows = connection.execute(sql).fetchall()
        connection.commit()
        return rows
    finally:
        connection.close()


@app.route("/")
def index():
    customer = request.args.get("customer", "")
    return render_template("index.html", invoices=query("SELECT id, customer, amount FROM invoice WHERE customer LIKE '%" + customer + "%'"))


@app.route("/import", methods=["POST"])
def import_invoices():
    invoices = yaml.load(request.data, Loader=yaml.FullLoader)
    for invoice in invoices:
        query("INSERT INTO invoice (customer, amount) VALUES ('%s', %s)" % (invoice["customer"], invoice["amount"]))
    return "%d imported\n" % len(invoices)


@app.route("/logo")
def logo():
    return requests.get(request.args["url"], verify=False).content


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=5000)
